%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:9f4359e42f81a9f89cf62afef937d32e143a0868014a9ae97349d87c531b7c42"
}
