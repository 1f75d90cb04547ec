# The lessons' solutions are no progress of whoever runs the tests.
# bin/test runs them in two parts beside each other.
data = Path.join(Mix.Project.build_path(), "data#{System.get_env("MIX_TEST_PARTITION")}")
File.rm_rf!(data)
System.put_env("ROUNDTRIP_DATA", data)

# Hundreds of servers are started; `test/server/interface_test.exs` asks for the line of one.
Logger.put_module_level(Roundtrip.Server.Listener, :warning)

# All tests share what is built of the Rust in cells, which is kept from one run to the next.
System.put_env("ROUNDTRIP_CACHE", Path.expand("_build/cells"))

# .ci/run runs the slow ones. CONTRIBUTING.md says how to run those marked :fuzz.
ExUnit.start(exclude: [:slow, :fuzz])
Roundtrip.LongSchedule.watch()
Livemd.TestJournal.start()
