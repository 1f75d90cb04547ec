%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:675e0a65e6f5aa7aec6e795d67656e60608ac7b7fe9f785c6ce9dc4bc03689bb"
}
