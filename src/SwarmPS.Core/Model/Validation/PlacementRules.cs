using SwarmPS.Notation;

namespace SwarmPS.Model.Validation;

/// <summary>Where tasks may be asked to run.</summary>
internal static class PlacementRules
{
    private const string Root = "TaskTemplate.Placement";

    public static void Check(Placement? placement, SpecProblems problems)
    {
        var constraints = placement?.Constraints.OrEmpty() ?? [];
        for (var i = 0; i < constraints.Count; i++)
        {
            if (!Constraints.TryParse(constraints[i] ?? "", out _, out var problem))
                problems.Add($"{Root}.Constraints[{i}]", problem);
        }
        var preferences = placement?.Preferences.OrEmpty() ?? [];
        for (var i = 0; i < preferences.Count; i++)
        {
            var descriptor = preferences[i]?.Spread?.SpreadDescriptor ?? "";
            problems.AddUnless(SpreadDescriptors.TryParse(descriptor, out _), $"{Root}.Preferences[{i}]", $"Tasks cannot be spread over '{descriptor}'. Write node.labels.KEY or engine.labels.KEY, as node.labels.zone.");
        }
    }
}
