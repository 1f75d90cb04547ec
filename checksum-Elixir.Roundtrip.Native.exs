%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:3cca9af5fa4ac0b1bf67cf2855b42a39314b0eb616019b48fb17604b1ecf2473"
}
