%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:3844fedae439dff23ccca120655ecee97a2550ae9913570a737304de0789b171"
}
