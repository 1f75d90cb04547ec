%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:c26f39353090e3a8cb7a076d81c64b2da28c86b0436bcc8fc81afde9cfd3c9b7"
}
