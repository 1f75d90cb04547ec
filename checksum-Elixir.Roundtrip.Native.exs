%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:7c895d965188ba19939a4b94ba32457c065ff13e6e55dda1ebedf50b834c1f41"
}
