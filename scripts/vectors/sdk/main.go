// Writes test/vectors/sdk: what the Cosmos SDK makes of messages, events, coins and decimals. Run in this folder: `go run .`
package main

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"cosmossdk.io/math"
	"cosmossdk.io/x/feegrant"
	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/gogoproto/proto"
)

const origin = "github.com/cosmos/cosmos-sdk v0.53.4, cosmossdk.io/math v1.5.3, github.com/cosmos/gogoproto v1.7.0"

// message is a protobuf message and the JSON of codec.ProtoMarshalJSON, read from the wire as a client of gRPC does.
type message struct {
	TypeName string          `json:"typeName"`
	BytesHex string          `json:"bytesHex"`
	JSON     json.RawMessage `json:"json"`
}

type attribute struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// event is a message and the attributes of sdk.TypedEventToEvent.
type event struct {
	TypeName   string      `json:"typeName"`
	BytesHex   string      `json:"bytesHex"`
	Attributes []attribute `json:"attributes"`
}

// text is an input and what a parser makes of it, or why it is refused.
type text struct {
	Input  string `json:"input"`
	Output string `json:"output,omitempty"`
	Error  string `json:"error,omitempty"`
}

func marshal(m proto.Message) []byte {
	bz, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return bz
}

func pack(m proto.Message) *codectypes.Any {
	packed, err := codectypes.NewAnyWithValue(m)
	if err != nil {
		panic(err)
	}
	return packed
}

func registry() codectypes.InterfaceRegistry {
	reg := codectypes.NewInterfaceRegistry()
	sdk.RegisterInterfaces(reg)
	txtypes.RegisterInterfaces(reg)
	cryptocodec.RegisterInterfaces(reg)
	authtypes.RegisterInterfaces(reg)
	banktypes.RegisterInterfaces(reg)
	authz.RegisterInterfaces(reg)
	feegrant.RegisterInterfaces(reg)
	return reg
}

func messages() []message {
	at := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	atNanos := time.Date(2031, 5, 6, 7, 8, 9, 120000000, time.UTC)
	key := &secp256k1.PubKey{Key: append([]byte{2}, make([]byte, 32)...)}
	multi := multisig.NewLegacyAminoPubKey(1, []cryptotypes.PubKey{key, key})
	coins := sdk.Coins{sdk.NewInt64Coin("atom", 1), sdk.NewInt64Coin("uusdc", 5)}
	send := &banktypes.MsgSend{FromAddress: "a", ToAddress: "b<>&\"é", Amount: coins}
	basic := &feegrant.BasicAllowance{SpendLimit: coins, Expiration: &at}
	periodic := &feegrant.PeriodicAllowance{
		Basic: *basic, Period: 90*time.Second + 5, PeriodSpendLimit: coins, PeriodReset: atNanos,
	}
	single := &txtypes.ModeInfo{Sum: &txtypes.ModeInfo_Single_{Single: &txtypes.ModeInfo_Single{Mode: signing.SignMode_SIGN_MODE_DIRECT}}}
	unknown := &txtypes.ModeInfo{Sum: &txtypes.ModeInfo_Single_{Single: &txtypes.ModeInfo_Single{Mode: 99}}}
	bits := cryptotypes.NewCompactBitArray(3)
	bits.SetIndex(1, true)
	both := &txtypes.ModeInfo{Sum: &txtypes.ModeInfo_Multi_{Multi: &txtypes.ModeInfo_Multi{
		Bitarray: bits, ModeInfos: []*txtypes.ModeInfo{single, unknown, {}},
	}}}
	tx := &txtypes.Tx{
		Body: &txtypes.TxBody{
			Messages: []*codectypes.Any{pack(send)}, Memo: "m", TimeoutHeight: 18446744073709551615, TimeoutTimestamp: &atNanos, Unordered: true,
		},
		AuthInfo: &txtypes.AuthInfo{
			SignerInfos: []*txtypes.SignerInfo{
				{PublicKey: pack(key), ModeInfo: single, Sequence: 5}, {PublicKey: pack(multi), ModeInfo: both}, {},
			},
			Fee: &txtypes.Fee{Amount: coins, GasLimit: 200000, Granter: "g"},
		},
		Signatures: [][]byte{{1, 2, 3}, {}},
	}
	all := []proto.Message{
		send, &banktypes.MsgSend{}, &banktypes.MsgMultiSend{Inputs: []banktypes.Input{{}}},
		tx, &txtypes.Tx{}, &txtypes.AuthInfo{}, &txtypes.TxBody{}, &txtypes.SignerInfo{},
		&authtypes.BaseAccount{Address: "a", PubKey: pack(key), AccountNumber: 5}, &authtypes.BaseAccount{},
		&authtypes.ModuleAccount{BaseAccount: &authtypes.BaseAccount{Address: "a"}, Name: "mint", Permissions: []string{"minter"}},
		&authtypes.QueryAccountResponse{Account: pack(&authtypes.BaseAccount{Address: "n"})}, &authtypes.QueryAccountResponse{},
		&authtypes.QueryAccountInfoResponse{}, &authtypes.Params{MaxMemoCharacters: 256},
		&banktypes.QueryAllBalancesResponse{Balances: coins, Pagination: &query.PageResponse{NextKey: []byte{255, 254}, Total: 2}},
		&banktypes.QueryAllBalancesResponse{Pagination: &query.PageResponse{}}, &banktypes.QueryAllBalancesResponse{},
		&banktypes.QueryBalanceResponse{}, &banktypes.QuerySupplyOfResponse{}, &banktypes.GenesisState{},
		&banktypes.Metadata{Description: "d", DenomUnits: []*banktypes.DenomUnit{{Denom: "uusdc", Exponent: 6, Aliases: []string{"x"}}, {}}},
		&banktypes.SendAuthorization{}, &authz.Grant{Authorization: pack(&authz.GenericAuthorization{Msg: "/x"}), Expiration: &at}, &authz.Grant{},
		&authz.MsgExec{Grantee: "g", Msgs: []*codectypes.Any{pack(send)}}, &authz.MsgGrant{},
		&feegrant.Grant{Granter: "a", Allowance: pack(periodic)}, periodic, &feegrant.PeriodicAllowance{}, &feegrant.BasicAllowance{},
		&sdk.DecCoin{Denom: "uusdc", Amount: math.LegacyMustNewDecFromStr("0.01")},
		&sdk.IntProto{Int: math.NewInt(-5)}, &sdk.DecProto{Dec: math.LegacyMustNewDecFromStr("-12.5")},
		&sdk.TxResponse{Height: 5, TxHash: "AB", Code: 5, GasWanted: 1, Tx: pack(tx), Events: []abci.Event{
			{Type: "transfer", Attributes: []abci.EventAttribute{{Key: "amount", Value: "5uusdc", Index: true}, {}}}, {},
		}},
		&sdk.TxResponse{}, &sdk.GasInfo{GasUsed: 7}, &sdk.Result{Data: []byte{1}}, &sdk.Result{},
		&cmtservice.GetLatestBlockResponse{SdkBlock: &cmtservice.Block{Header: cmtservice.Header{Time: atNanos, Height: 5}}},
		&cmtservice.GetNodeInfoResponse{}, &cmtproto.Commit{Signatures: []cmtproto.CommitSig{{BlockIdFlag: 2, Timestamp: at, Signature: []byte{1}}, {}}},
		&cmtproto.ConsensusParams{Evidence: &cmtproto.EvidenceParams{MaxAgeDuration: time.Hour}, Version: &cmtproto.VersionParams{}},
		&cmtproto.Block{}, key, &secp256k1.PubKey{}, multi,
		&signing.SignatureDescriptor_Data{}, &abci.ExecTxResult{}, &abci.ValidatorUpdate{},
	}
	reg := registry()
	var out []message
	for _, m := range all {
		out = append(out, toJSON(reg, m))
	}
	return out
}

func toJSON(reg codectypes.InterfaceRegistry, m proto.Message) message {
	bz := marshal(m)
	read := reflect.New(reflect.TypeOf(m).Elem()).Interface().(proto.Message)
	if err := codec.NewProtoCodec(reg).Unmarshal(bz, read); err != nil {
		panic(proto.MessageName(m) + ": " + err.Error())
	}
	bzJSON, err := codec.ProtoMarshalJSON(read, reg)
	if err != nil {
		panic(proto.MessageName(m) + ": " + err.Error())
	}
	return message{TypeName: proto.MessageName(m), BytesHex: hex.EncodeToString(bz), JSON: bzJSON}
}

func events() []event {
	var out []event
	for _, m := range []proto.Message{
		&authz.EventGrant{MsgTypeUrl: "/x<y>", Granter: "a"},
		&banktypes.MsgSend{FromAddress: "<&>\"\u2028é\\", Amount: sdk.Coins{sdk.NewInt64Coin("uusdc", 5)}},
		&txtypes.Fee{GasLimit: 7}, &txtypes.TxBody{}, &authtypes.BaseAccount{},
	} {
		made, err := sdk.TypedEventToEvent(m)
		if err != nil {
			panic(err)
		}
		e := event{TypeName: made.Type, BytesHex: hex.EncodeToString(marshal(m))}
		for _, a := range made.Attributes {
			e.Attributes = append(e.Attributes, attribute{Key: a.Key, Value: a.Value})
		}
		out = append(out, e)
	}
	return out
}

func texts(inputs []string, parse func(string) (string, error)) []text {
	var out []text
	for _, input := range inputs {
		t := text{Input: input}
		if output, err := parse(input); err != nil {
			t.Error = err.Error()
		} else {
			t.Output = output
		}
		out = append(out, t)
	}
	return out
}

func parsed() map[string][]text {
	sdk.GetConfig().SetBech32PrefixForAccount("stateset", "statesetpub")
	address := sdk.AccAddress(make([]byte, 20)).String()
	long := sdk.MustBech32ifyAddressBytes("stateset", make([]byte, 255))
	tooLong := sdk.MustBech32ifyAddressBytes("stateset", make([]byte, 256))
	foreign := sdk.MustBech32ifyAddressBytes("cosmos", make([]byte, 20))
	return map[string][]text{
		"addresses": texts([]string{
			address, long, tooLong, foreign, "", " ", "a", "stateset1", address + " ", "S" + address[1:], address[:len(address)-1],
			address[:len(address)-6] + "qqqqqq", "stateset1b" + address[10:], "1" + address, "statesetqqqqqqqqqqqq", "stateset1qqqqqq",
		}, func(input string) (string, error) {
			bz, err := sdk.AccAddressFromBech32(input)
			return hex.EncodeToString(bz), err
		}),
		"coins": texts([]string{
			"", " ", "5uusdc", "5uusdc,3atom", "3atom,5uusdc", " 5uusdc , 3 atom ", "0uusdc", "0uusdc,1atom", "1uusdc,1uusdc", "uusdc", "5", "-5uusdc",
			"5uusdc,", ",", "5 uusdc 3atom", "5ab", "5uusdc!", "5ibc/ABC:._-", "5" + string(make([]byte, 3)), "115792089237316195423570985008687907853269984665640564039457584007913129639935uusdc",
		}, func(input string) (string, error) {
			coins, err := sdk.ParseCoinsNormalized(input)
			return coins.String(), err
		}),
		"decCoins": texts([]string{"", "0.01uusdc", ".5uusdc", "5.uusdc", "0.01uusdc,1atom", "0.0uusdc", "0.0000000000000000001uusdc", "1e3uusdc"},
			func(input string) (string, error) {
				coins, err := sdk.ParseDecCoins(input)
				return coins.String(), err
			}),
		"decimals": texts([]string{"0", "1", "-1.25", "0.01", "00.5", ".5", "1.", "", "-", "+1", "1.2.3", "1e3", "0x1", " 1", "1_0", "0.0000000000000000001", "-0", "-0.0"},
			func(input string) (string, error) {
				dec, err := math.LegacyNewDecFromStr(input)
				if err != nil {
					return "", err
				}
				return dec.String(), nil
			}),
	}
}

func write(path string, values any) {
	file, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	encoder := json.NewEncoder(file)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(values); err != nil {
		panic(err)
	}
	if err := file.Close(); err != nil {
		panic(err)
	}
}

func main() {
	out := flag.String("out", "../../../test/vectors/sdk", "folder to write to")
	flag.Parse()
	write(filepath.Join(*out, "messages.json"), map[string]any{"origin": origin, "messages": messages(), "events": events()})
	write(filepath.Join(*out, "texts.json"), map[string]any{"origin": origin, "texts": parsed()})
	w := newWorld()
	write(filepath.Join(*out, "signing.json"), map[string]any{
		"origin": origin, "chainId": chainID, "accountNumber": "7", "sequence": "3", "keys": keys(), "txs": w.singles(), "multisig": w.multisig(),
	})
	write(filepath.Join(*out, "aminoTxs.json"), map[string]any{"origin": origin, "txs": w.aminoTxs()})
}
