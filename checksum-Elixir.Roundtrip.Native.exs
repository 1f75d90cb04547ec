%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:dd7c8641b0b53de3b7bdf9a723f6380ae056386d9c2f560ecb6b474b565e905d"
}
