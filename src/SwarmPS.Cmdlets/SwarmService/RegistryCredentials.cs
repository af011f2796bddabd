using System.Management.Automation;
using System.Text;
using Newtonsoft.Json;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Names and passwords of registries as the API takes them.</summary>
internal static class RegistryCredentials
{
    /// <summary>The header's content; null where nothing is given.</summary>
    public static RegistryAuth? Of(PSCredential? credential)
    {
        if (credential is null)
            return null;
        var plain = credential.GetNetworkCredential();
        var json = JsonConvert.SerializeObject(new Dictionary<string, string> { ["username"] = plain.UserName, ["password"] = plain.Password });
        // The API's base64 has - and _ in place of + and /.
        return new(Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).Replace('+', '-').Replace('/', '_'));
    }
}
