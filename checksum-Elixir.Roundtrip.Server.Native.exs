%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:8f792bf9a893b1421a1c58dee15b7e93fc60a39c272106c42908fbd00436e690"
}
