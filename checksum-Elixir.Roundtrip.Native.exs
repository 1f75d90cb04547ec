%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:df379281602433617ae16292b5a46f64413e57553b63ce7f1508b3058e91365a"
}
