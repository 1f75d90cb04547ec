%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:c1542d4f860aacf4e81c430feb2675763a09bab34845b8bd3e202347903462f5"
}
