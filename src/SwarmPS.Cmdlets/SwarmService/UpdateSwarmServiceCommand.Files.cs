using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmService;

public sealed partial class UpdateSwarmServiceCommand
{
    /// <summary>Secrets to add; one with the same target is replaced.</summary>
    [Parameter]
    [FileReferenceTransformation]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public FileReference[]? AddSecret { get; set; }

    /// <summary>Names of secrets to take away.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public string[]? RemoveSecret { get; set; }

    /// <summary>Configs to add; one with the same target is replaced.</summary>
    [Parameter]
    [FileReferenceTransformation]
    [ArgumentCompleter(typeof(ConfigNameCompleter))]
    public FileReference[]? AddConfig { get; set; }

    /// <summary>Names of configs to take away.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ConfigNameCompleter))]
    public string[]? RemoveConfig { get; set; }

    private protected override IEnumerable<FileReference> NamedSecrets => base.NamedSecrets.Concat(AddSecret ?? []);

    private protected override IEnumerable<FileReference> NamedConfigs => base.NamedConfigs.Concat(AddConfig ?? []);

    private ValueList<SecretReference> SecretsOf(ValueList<SecretReference> old)
    {
        var added = (AddSecret ?? []).Select(ReferenceToSecret).ToList();
        var taken = added.Select(FileTargets.PathOf).ToHashSet(StringComparer.Ordinal);
        return old.Where(secret => RemoveSecret?.Contains(secret.SecretName) != true && !taken.Contains(FileTargets.PathOf(secret))).Concat(added).ToValueList();
    }

    private ValueList<ConfigReference> ConfigsOf(ValueList<ConfigReference> old)
    {
        var added = (AddConfig ?? []).Select(ReferenceToConfig).ToList();
        var taken = added.Select(FileTargets.PathOf).ToHashSet(StringComparer.Ordinal);
        return old.Where(config => RemoveConfig?.Contains(config.ConfigName) != true && !taken.Contains(FileTargets.PathOf(config))).Concat(added).ToValueList();
    }
}
