%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:05d074df2c228ca2cf8508aa88703cfb60bacb55b3817ac37fb691fd34335cb1"
}
