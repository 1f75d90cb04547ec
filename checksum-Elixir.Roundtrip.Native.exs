%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:8933158a6776465035eb765a7cfb35974b972935a7f266265b6170918c65054f"
}
