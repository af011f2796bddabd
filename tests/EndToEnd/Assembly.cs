// One engine for all, and two processors: one test after the other.
[assembly: AssemblyFixture(typeof(EngineFixture))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
