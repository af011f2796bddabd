using SwarmPS.Notation;

namespace SwarmPS.Model.Validation;

/// <summary>
/// What services may ask for that weakens the wall between a container and its node. A swarm admits none of it unless its
/// administrator says so, by a label of the swarm.
/// </summary>
public static class Admission
{
    /// <summary>The swarm's label: words between commas.</summary>
    public const string Label = "swarmps.admission";

    /// <summary>Devices of the node.</summary>
    public const string Devices = "devices";

    /// <summary>Privileged containers.</summary>
    public const string Privileged = "privileged";

    /// <summary>Security profiles other than the engine's own.</summary>
    public const string SecurityOptions = "security-options";

    /// <summary>All words.</summary>
    public static readonly ValueList<string> Words = [Devices, Privileged, SecurityOptions];

    /// <summary>What a swarm admits.</summary>
    public static IReadOnlyList<string> Of(SwarmSpec? swarm) =>
        swarm?.Labels?.Find(Label) is { } words ? words.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];

    /// <summary>What a service asks for that the swarm does not admit.</summary>
    public static IReadOnlyList<SpecProblem> Check(ServiceSpec spec, SwarmSpec? swarm)
    {
        if (spec.TaskTemplate.ContainerSpec is not { } container)
            return [];
        var admitted = Of(swarm);
        var access = HostAccess.Of(container.Labels);
        var problems = new SpecProblems();
        Ask(access.IsPrivileged, Privileged, "Labels", "privileged containers");
        Ask(access.Devices.Count > 0, Devices, "Labels", "devices of nodes");
        Ask(Weakens(container.Privileges), SecurityOptions, "Privileges", "security profiles other than the engine's own");
        return problems.Found;

        void Ask(bool asks, string word, string field, string what) => problems.AddUnless(
            !asks || admitted.Contains(word),
            $"{ContainerRules.Root}.{field}", $"this swarm admits no {what}; its administrator can: Set-Swarm -Admit {word} (the swarm's label {Label})");
    }

    /// <summary>What only tightens the wall, as no-new-privileges, needs no admission.</summary>
    private static bool Weakens(Privileges? privileges) =>
        privileges is { Seccomp.Mode: not (null or "" or "default") } or { AppArmor.Mode: not (null or "" or "default") } or { SELinuxContext: not null };
}
