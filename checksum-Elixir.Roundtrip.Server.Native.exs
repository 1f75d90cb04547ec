%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:933055140863f9a808dc953ebacfab958ecb666efb34d8f483fd1a9856cac690"
}
