%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:66c55234f3df5fc811ba8732e535b0bb340c3cb6e3113c7121c57e4fda5a95c4"
}
