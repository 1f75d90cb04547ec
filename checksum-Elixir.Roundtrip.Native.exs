%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:d2b3b2a79c89193fdb188609feda52718b9aa5b9d0ee77a8a391337891205a70"
}
