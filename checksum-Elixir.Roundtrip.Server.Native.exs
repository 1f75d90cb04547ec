%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:723aaa4605a04d5ed9635b28e9feab7b6bdad9717d2999043523388ace1e3b78"
}
