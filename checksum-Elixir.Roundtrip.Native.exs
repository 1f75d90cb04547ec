%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:71389863cab6c7d5890a4ef9e4bfc8c2dccad5e4bb87299889fe40d7aaee8654"
}
