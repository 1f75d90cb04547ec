%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:d7995c8ce0a5643a35136568efe03864c0f52d04a0d1724bb0c31a119392f3af"
}
