%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:af5941dea7516f10356e140ab8317fea638cebce391fd76244a3c2e5ffc313e0"
}
