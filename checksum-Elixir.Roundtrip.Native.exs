%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:7ce80b89803f1c67f71da856964c72793ae4a228739d597cc0cba21aa481b79f"
}
