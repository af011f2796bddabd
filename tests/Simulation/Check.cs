namespace SwarmPS.Simulation;

/// <summary>Something that must always hold did not.</summary>
internal sealed class ViolationException(string message) : Exception(message);

internal static class Check
{
    public static void That(bool holds, string rule, Func<string> found)
    {
        if (!holds)
            throw new ViolationException($"It does not hold that {rule}: {found()}");
    }
}
