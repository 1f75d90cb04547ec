%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:36634a81493747f39b93da42abe0f3e1b813b6d4ce9cb5c8b614b391cd239ff6"
}
