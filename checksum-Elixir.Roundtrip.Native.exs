%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:7260b45bdf7cbabe607ac8328d5cdeda445da785db4ea37627435469964a51ec"
}
