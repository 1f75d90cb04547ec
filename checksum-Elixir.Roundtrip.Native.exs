%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:6a289ab8804db1af4290983b9640c564b8e949493de1fc5b631494e6f1dfde2c"
}
