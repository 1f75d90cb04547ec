# The lessons' solutions are no progress of whoever runs the tests.
# bin/test runs them in two parts beside each other.
data = Path.join(Mix.Project.build_path(), "data#{System.get_env("MIX_TEST_PARTITION")}")
File.rm_rf!(data)
System.put_env("ROUNDTRIP_DATA", data)

# .ci/run runs the slow ones. CONTRIBUTING.md says how to run those marked :fuzz.
ExUnit.start(exclude: [:slow, :fuzz])
Roundtrip.LongSchedule.watch()
Livemd.TestJournal.start()
