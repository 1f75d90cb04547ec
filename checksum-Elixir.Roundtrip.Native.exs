%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:60161f63a3ceaa3dd82d2c9f9b9931b6b08ac9d9f3579de95d739f8ff454286b"
}
