namespace SwarmPS.Daemon.Tests;

/// <summary>Tests that share the one real engine of this assembly. It is started with the first of them, and not at all without.</summary>
[CollectionDefinition(Name)]
public sealed class EngineCollection : ICollectionFixture<EngineFixture>
{
    /// <summary>What a class names to belong to it.</summary>
    public const string Name = "real engine";
}
