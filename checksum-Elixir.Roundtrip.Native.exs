%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:537424f04b97378a1c78a417e5c4deacf983ebb3accf02c1850e3a96cdae5620"
}
