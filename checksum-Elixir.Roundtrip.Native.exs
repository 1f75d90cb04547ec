%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:c1957c0992dfec0a7f0e47deb92462267b594f263c6a610d102d65018c46958f"
}
