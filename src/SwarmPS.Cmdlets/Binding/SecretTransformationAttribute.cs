using System.Management.Automation;
using System.Net;
using System.Security;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Takes a token or a key: a SecureString, which is in no log of commands, or plain text.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not string text)
            return value;
        var secret = new SecureString();
        foreach (var letter in text.Trim())
            secret.AppendChar(letter);
        secret.MakeReadOnly();
        return secret;
    }

    /// <summary>The text of a secret, for the request that carries it.</summary>
    internal static string Reveal(SecureString secret) => new NetworkCredential("", secret).Password;
}
