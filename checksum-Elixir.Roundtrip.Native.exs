%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:540e1ca4b51e16c6d8a7f0375234f7e6a9ba6d9c03917c25e20ef0488d90bf29"
}
