using System.Text;
using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>Secrets and configs that are templates: besides what a container's spec can name, they can name the task's other files and its environment.</summary>
public static class PayloadTemplate
{
    /// <summary>The one template driver there is.</summary>
    public const string Driver = "golang";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Why a payload could not be filled in for any task, or null. It shows nothing that the payload holds but the placeholder.</summary>
    /// <param name="name">What errors call it.</param>
    /// <param name="data">The payload.</param>
    public static string? Problem(string name, Payload data)
    {
        try
        {
            Expand(name, data, new() { Functions = Functions(_ => "", _ => "", _ => "") });
            return null;
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }

    /// <summary>The payload with its placeholders filled in. Throws <see cref="FormatException"/>, which shows nothing of it but a placeholder.</summary>
    public static Payload Expand(string name, Payload data, TemplateContext context)
    {
        string text;
        try
        {
            text = Utf8.GetString(data.Bytes.AsSpan());
        }
        catch (ArgumentException binary)
        {
            throw new FormatException($"'{name}': a template has to be text in UTF-8.", binary);
        }
        return new(Utf8.GetBytes(Templates.Expand(text, context, name)));
    }

    /// <summary>The functions that a payload's template has.</summary>
    public static IReadOnlyDictionary<string, Func<string, string>> Functions(Func<string, string> secret, Func<string, string> config, Func<string, string> env) =>
        new Dictionary<string, Func<string, string>>(StringComparer.Ordinal) { ["secret"] = secret, ["config"] = config, ["env"] = env };
}
