%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:7cd2500ccf1221d0197ddaee422a7b702997b6eed56d54055f8628947d3a01f8"
}
