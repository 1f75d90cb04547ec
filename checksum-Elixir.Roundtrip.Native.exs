%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:c64512f93d0ff6908b27e81fd70d164a3a79d4aa84d22df6f6ae853af246d4e1"
}
