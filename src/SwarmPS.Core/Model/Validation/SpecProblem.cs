namespace SwarmPS.Model.Validation;

/// <summary>Something wrong with a spec.</summary>
/// <param name="Path">The field: <c>TaskTemplate.ContainerSpec.Mounts[1].Target</c>.</param>
/// <param name="Message">What is wrong, why, and what would be right.</param>
/// <param name="Unsupported">The spec is right, but asks for what is not supported yet.</param>
public sealed record SpecProblem(string Path, string Message, bool Unsupported = false)
{
    /// <inheritdoc/>
    public override string ToString() => Path == "" ? Message : $"{Path}: {Message}";
}
