%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:769063495efc7622ffedc710c160f2a9f7a70703fcfc64a0af87dbcc4aa0e176"
}
