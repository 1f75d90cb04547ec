%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:40afc2f37f738701eb72eb816b719ef08dfec17dbf3399706c331c23fdcf6cd2"
}
