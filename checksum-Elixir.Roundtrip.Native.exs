%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:70af0337d065a621def0dc355b28a13e6390907cebfc8c3600020c7de3619bb0"
}
