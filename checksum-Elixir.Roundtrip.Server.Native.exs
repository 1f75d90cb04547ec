%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:7843567cf17b2abff23a02ac06572f95184a163f2cfc2673f8a6bb4da5593b8d"
}
