%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:ad62fcae602fb354ab75874619c9b5a6630f62a56a359a1a0742e6846150b82b"
}
