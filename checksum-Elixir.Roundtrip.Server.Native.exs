%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:90788d1a39cc9e4fe45f675b804ad3a6c873dca1ef167df92c9af0738eb1575d"
}
