ExUnit.start()
Livemd.Journal.record_tests()
