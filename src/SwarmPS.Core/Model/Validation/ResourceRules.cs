using System.Globalization;
using SwarmPS.Notation;

namespace SwarmPS.Model.Validation;

/// <summary>What a task may ask for.</summary>
internal static class ResourceRules
{
    private const string Root = "TaskTemplate.Resources";

    /// <summary>A thousandth of a processor.</summary>
    private const long NanoCpusMin = 1_000_000;

    private const long MemoryBytesMin = 4 << 20;

    public static void Check(ResourceRequirements? resources, SpecProblems problems)
    {
        if (resources is null)
            return;
        CheckAmounts(resources.Limits?.NanoCPUs ?? 0, resources.Limits?.MemoryBytes ?? 0, Root + ".Limits", problems);
        CheckAmounts(resources.Reservations?.NanoCPUs ?? 0, resources.Reservations?.MemoryBytes ?? 0, Root + ".Reservations", problems);
        problems.AddUnless(resources.Limits?.Pids is null or >= -1, Root + ".Limits.Pids", $"{resources.Limits?.Pids} processes cannot be: give a number, or 0 for no limit");
        problems.AddUnless(resources.SwapBytes is null or >= -1, Root + ".SwapBytes", "give bytes, or -1 for no limit");
        problems.AddUnless(resources.SwapBytes is null or -1 || resources.Limits?.MemoryBytes > 0, Root + ".SwapBytes", "swap can be limited only together with memory: give a memory limit too");
        problems.AddUnless(resources.MemorySwappiness is null or (>= -1 and <= 100), Root + ".MemorySwappiness", $"{resources.MemorySwappiness} is not between 0 and 100");
        var generic = resources.Reservations?.GenericResources.OrEmpty() ?? [];
        for (var i = 0; i < generic.Count; i++)
            CheckGeneric(generic[i], $"{Root}.Reservations.GenericResources[{i}]", problems);
    }

    /// <summary>A number of things is reserved; which of them a task gets is the scheduler's choice.</summary>
    private static void CheckGeneric(GenericResource? resource, string path, SpecProblems problems)
    {
        if (resource?.DiscreteResourceSpec is not { Kind.Length: > 0 } discrete)
            problems.Add(path, "a generic resource is reserved by its kind and a number, as gpu=2");
        else
            problems.AddUnless(discrete.Value > 0, path, $"{discrete.Value} of {discrete.Kind} cannot be reserved: give a number above 0");
    }

    private static void CheckAmounts(long nanoCpus, long memory, string path, SpecProblems problems)
    {
        problems.AddUnless(nanoCpus is 0 or >= NanoCpusMin, path + ".NanoCPUs", string.Create(CultureInfo.InvariantCulture, $"invalid cpu value {nanoCpus / 1e9:0.#########}: Must be at least 0.001"));
        problems.AddUnless(memory is 0 or >= MemoryBytesMin, path + ".MemoryBytes", $"invalid memory value {ByteSizes.Format(memory)}: Must be at least 4MiB");
    }
}
