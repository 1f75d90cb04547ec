%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:180ca50720db8a50adb6d3cf3f7685c4d9f1292f2dc4ec9d39e24a965de8d312"
}
