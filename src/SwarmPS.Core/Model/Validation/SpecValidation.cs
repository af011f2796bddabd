namespace SwarmPS.Model.Validation;

/// <summary>Checks what clients ask for, completely, before anything of it is stored.</summary>
public static class SpecValidation
{
    /// <summary>What is wrong with a service's spec.</summary>
    public static IReadOnlyList<SpecProblem> Check(ServiceSpec spec)
    {
        var problems = new SpecProblems();
        ServiceRules.Check(spec, problems);
        return problems.Found;
    }

    /// <summary>What is wrong with changing a service from one spec to another.</summary>
    public static IReadOnlyList<SpecProblem> Check(ServiceSpec before, ServiceSpec after)
    {
        var problems = new SpecProblems();
        ServiceRules.Check(after, problems);
        ServiceRules.CheckChange(before, after, problems);
        return problems.Found;
    }

    /// <summary>What is wrong with a swarm's spec.</summary>
    public static IReadOnlyList<SpecProblem> Check(SwarmSpec spec)
    {
        var problems = new SpecProblems();
        SwarmRules.Check(spec, problems);
        return problems.Found;
    }

    /// <summary>What is wrong with a node's spec.</summary>
    public static IReadOnlyList<SpecProblem> Check(NodeSpec spec)
    {
        var problems = new SpecProblems();
        problems.Labels(spec.Labels, "Labels");
        return problems.Found;
    }

    /// <summary>What is wrong with a new secret's spec.</summary>
    public static IReadOnlyList<SpecProblem> Check(SecretSpec spec)
    {
        var problems = new SpecProblems();
        PayloadRules.Check(spec, problems);
        return problems.Found;
    }

    /// <summary>What is wrong with a new config's spec.</summary>
    public static IReadOnlyList<SpecProblem> Check(ConfigSpec spec)
    {
        var problems = new SpecProblems();
        PayloadRules.Check(spec, problems);
        return problems.Found;
    }

    /// <summary>What is wrong with a new network's spec.</summary>
    public static IReadOnlyList<SpecProblem> Check(NetworkSpec spec)
    {
        var problems = new SpecProblems();
        NetworkSpecRules.Check(spec, problems);
        return problems.Found;
    }

    /// <summary>Throws one <see cref="SwarmException"/> that names all problems; nothing where there are none.</summary>
    public static void ThrowIfAny(this IReadOnlyList<SpecProblem> problems, string what)
    {
        if (problems.Count == 0)
            return;
        var code = problems.All(problem => problem.Unsupported) ? SwarmErrorCode.Unimplemented : SwarmErrorCode.InvalidArgument;
        throw new SwarmException(code, problems.Count == 1
            ? $"{what} cannot be accepted: {problems[0]}"
            : $"{what} cannot be accepted, for {problems.Count} reasons: {string.Join("; ", problems)}");
    }
}
