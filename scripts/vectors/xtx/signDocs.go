package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"time"

	authv1 "cosmossdk.io/api/cosmos/auth/v1beta1"
	authzv1 "cosmossdk.io/api/cosmos/authz/v1beta1"
	bankv1 "cosmossdk.io/api/cosmos/bank/v1beta1"
	basev1 "cosmossdk.io/api/cosmos/base/v1beta1"
	consensusv1 "cosmossdk.io/api/cosmos/consensus/v1"
	"cosmossdk.io/api/cosmos/crypto/multisig"
	"cosmossdk.io/api/cosmos/crypto/secp256k1"
	feegrantv1 "cosmossdk.io/api/cosmos/feegrant/v1beta1"
	txv1 "cosmossdk.io/api/cosmos/tx/v1beta1"
	cometv1 "cosmossdk.io/api/tendermint/types"
	"cosmossdk.io/x/tx/signing"
	"cosmossdk.io/x/tx/signing/aminojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// signDoc is one transaction and the bytes that SIGN_MODE_LEGACY_AMINO_JSON signs, or why there are none.
type signDoc struct {
	Name          string `json:"name"`
	BodyHex       string `json:"bodyHex"`
	AuthInfoHex   string `json:"authInfoHex"`
	ChainID       string `json:"chainId"`
	AccountNumber string `json:"accountNumber"`
	Sequence      string `json:"sequence"`
	SignBytes     string `json:"signBytes,omitempty"`
	Error         string `json:"error,omitempty"`
}

// Addresses of 20 equal bytes.
var alice, bob, carol = address(1), address(2), address(3)

func address(fill byte) string {
	text, err := addressCodec{}.BytesToString(bytes.Repeat([]byte{fill}, 20))
	if err != nil {
		panic(err)
	}
	return text
}

func marshal(message proto.Message) []byte {
	bz, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	if err != nil {
		panic(err)
	}
	return bz
}

func pack(message proto.Message) *anypb.Any {
	return &anypb.Any{TypeUrl: "/" + string(message.ProtoReflect().Descriptor().FullName()), Value: marshal(message)}
}

// coins takes denominations and amounts in turn.
func coins(parts ...string) []*basev1.Coin {
	var out []*basev1.Coin
	for i := 0; i < len(parts); i += 2 {
		out = append(out, &basev1.Coin{Denom: parts[i], Amount: parts[i+1]})
	}
	return out
}

func signDocs() []signDoc {
	at := timestamppb.New(time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC))
	atNanos := timestamppb.New(time.Date(2031, 5, 6, 7, 8, 9, 120000000, time.UTC))
	basic := &feegrantv1.BasicAllowance{SpendLimit: coins("atom", "1", "uusdc", "5000000"), Expiration: at}
	fee := &txv1.Fee{Amount: coins("uusdc", "2500"), GasLimit: 200000}
	send := &bankv1.MsgSend{FromAddress: alice, ToAddress: bob, Amount: coins("uusdc", "1234567")}
	key := pack(&secp256k1.PubKey{Key: append([]byte{2}, make([]byte, 32)...)})
	one := func(message proto.Message) *txv1.TxBody {
		return &txv1.TxBody{Messages: []*anypb.Any{pack(message)}}
	}
	grant := func(allowance proto.Message) *txv1.TxBody {
		return one(&feegrantv1.MsgGrantAllowance{Granter: alice, Grantee: bob, Allowance: pack(allowance)})
	}
	authorize := func(grant *authzv1.Grant) *txv1.TxBody {
		return one(&authzv1.MsgGrant{Granter: alice, Grantee: bob, Grant: grant})
	}
	var docs []signDoc
	add := func(name string, body *txv1.TxBody, fee *txv1.Fee, chain string, number, sequence uint64) {
		docs = append(docs, sign(name, body, fee, chain, number, sequence))
	}
	plain := func(name string, body *txv1.TxBody) { add(name, body, fee, "c", 1, 2) }

	add("MsgSend", one(send), fee, "stateset-devnet-1", 7, 3)
	add("MsgSend without coins", one(&bankv1.MsgSend{FromAddress: alice, ToAddress: bob}), fee, "c", 0, 0)
	plain("MsgSend of an empty coin", one(&bankv1.MsgSend{FromAddress: alice, ToAddress: bob, Amount: []*basev1.Coin{{}}}))
	add("empty MsgSend", one(&bankv1.MsgSend{}), &txv1.Fee{}, "c", 18446744073709551615, 18446744073709551615)
	plain("MsgMultiSend", one(&bankv1.MsgMultiSend{
		Inputs:  []*bankv1.Input{{Address: alice, Coins: coins("uusdc", "3")}},
		Outputs: []*bankv1.Output{{Address: bob, Coins: coins("uusdc", "1")}, {Address: carol, Coins: coins("uusdc", "2")}},
	}))
	plain("empty MsgMultiSend", one(&bankv1.MsgMultiSend{}))
	plain("bank MsgUpdateParams", one(&bankv1.MsgUpdateParams{Authority: alice, Params: &bankv1.Params{
		DefaultSendEnabled: true, SendEnabled: []*bankv1.SendEnabled{{Denom: "atom", Enabled: false}},
	}}))
	plain("bank MsgUpdateParams without params", one(&bankv1.MsgUpdateParams{Authority: alice}))
	plain("bank MsgSetSendEnabled", one(&bankv1.MsgSetSendEnabled{
		Authority: alice, SendEnabled: []*bankv1.SendEnabled{{Denom: "atom", Enabled: true}}, UseDefaultFor: []string{"x", "y"},
	}))
	plain("auth MsgUpdateParams", one(&authv1.MsgUpdateParams{Authority: alice, Params: &authv1.Params{
		MaxMemoCharacters: 256, TxSigLimit: 7, TxSizeCostPerByte: 10, SigVerifyCostEd25519: 590, SigVerifyCostSecp256K1: 1000,
	}}))
	plain("consensus MsgUpdateParams", one(&consensusv1.MsgUpdateParams{
		Authority: alice,
		Block:     &cometv1.BlockParams{MaxBytes: 1000, MaxGas: -1},
		Evidence:  &cometv1.EvidenceParams{MaxAgeNumBlocks: 5, MaxAgeDuration: durationpb.New(48 * time.Hour)},
		Validator: &cometv1.ValidatorParams{PubKeyTypes: []string{"ed25519"}},
	}))
	plain("MsgGrantAllowance basic", grant(basic))
	plain("MsgGrantAllowance empty basic", grant(&feegrantv1.BasicAllowance{}))
	plain("MsgGrantAllowance without allowance", one(&feegrantv1.MsgGrantAllowance{Granter: alice, Grantee: bob}))
	plain("MsgGrantAllowance periodic", grant(&feegrantv1.PeriodicAllowance{
		Basic: basic, Period: durationpb.New(90*time.Second + 5), PeriodSpendLimit: coins("uusdc", "10"),
		PeriodCanSpend: coins("uusdc", "9"), PeriodReset: atNanos,
	}))
	plain("MsgGrantAllowance periodic, zero duration and times", grant(&feegrantv1.PeriodicAllowance{
		Basic: &feegrantv1.BasicAllowance{}, Period: durationpb.New(0), PeriodReset: &timestamppb.Timestamp{},
	}))
	plain("MsgGrantAllowance periodic, bare", grant(&feegrantv1.PeriodicAllowance{}))
	plain("MsgGrantAllowance allowed messages", grant(&feegrantv1.AllowedMsgAllowance{
		Allowance: pack(basic), AllowedMessages: []string{"/cosmos.bank.v1beta1.MsgSend"},
	}))
	plain("MsgRevokeAllowance", one(&feegrantv1.MsgRevokeAllowance{Granter: alice, Grantee: bob}))
	plain("MsgPruneAllowances", one(&feegrantv1.MsgPruneAllowances{Pruner: alice}))
	plain("MsgGrant generic", authorize(&authzv1.Grant{
		Authorization: pack(&authzv1.GenericAuthorization{Msg: "/cosmos.bank.v1beta1.MsgSend"}), Expiration: at,
	}))
	plain("MsgGrant send, no expiration", authorize(&authzv1.Grant{
		Authorization: pack(&bankv1.SendAuthorization{SpendLimit: coins("uusdc", "77"), AllowList: []string{carol}}),
	}))
	plain("MsgGrant of an empty send authorization", authorize(&authzv1.Grant{Authorization: pack(&bankv1.SendAuthorization{})}))
	plain("MsgGrant without grant", authorize(nil))
	plain("MsgRevoke", one(&authzv1.MsgRevoke{Granter: alice, Grantee: bob, MsgTypeUrl: "/cosmos.bank.v1beta1.MsgSend"}))
	plain("MsgExec", one(&authzv1.MsgExec{Grantee: bob, Msgs: []*anypb.Any{
		pack(send), pack(&authzv1.MsgExec{Grantee: alice, Msgs: []*anypb.Any{pack(send)}}),
	}}))
	plain("empty MsgExec", one(&authzv1.MsgExec{}))
	plain("accounts, keys and numbers as messages", &txv1.TxBody{Messages: []*anypb.Any{
		pack(&authv1.BaseAccount{Address: alice, PubKey: key, AccountNumber: 5, Sequence: 6}),
		pack(&authv1.BaseAccount{}),
		pack(&authv1.ModuleAccount{
			BaseAccount: &authv1.BaseAccount{Address: alice, AccountNumber: 5}, Name: "mint<>", Permissions: []string{"minter", "burner"},
		}),
		pack(&authv1.ModuleAccount{}),
		pack(&multisig.LegacyAminoPubKey{Threshold: 2, PublicKeys: []*anypb.Any{key, key}}),
		pack(&multisig.LegacyAminoPubKey{}),
		key,
		pack(&secp256k1.PubKey{}),
		pack(&basev1.DecCoin{Denom: "uusdc", Amount: "10000000000000000"}),
		pack(&basev1.DecCoin{Denom: "uusdc", Amount: "-5"}),
		pack(&basev1.DecCoin{}),
		pack(&basev1.IntProto{Int: "17"}),
		pack(&basev1.DecProto{Dec: "123456789012345678901234567890"}),
	}})
	memo := "<a href=\"x\">&amp;</a> \\ / \b\f\n\r\t\x00\x1f\x7f \u00e9 \u20ac \u2028 \u2029 \U0001F600 \ufeff \ufffd"
	add("memo with every kind of character", &txv1.TxBody{Messages: []*anypb.Any{pack(send)}, Memo: memo}, fee, "c<&>", 1, 2)
	plain("timeout height", &txv1.TxBody{Messages: []*anypb.Any{pack(send)}, TimeoutHeight: 99})
	plain("unordered with timeout", &txv1.TxBody{Messages: []*anypb.Any{pack(send)}, Unordered: true, TimeoutTimestamp: atNanos})
	add("fee payer and granter", one(send), &txv1.Fee{
		Amount: coins("atom", "1", "uusdc", "2"), GasLimit: 18446744073709551615, Payer: bob, Granter: carol,
	}, "c", 1, 2)
	plain("no messages", &txv1.TxBody{})
	option := []*anypb.Any{pack(&basev1.Coin{Denom: "x"})}
	plain("extension option", &txv1.TxBody{Messages: []*anypb.Any{pack(send)}, ExtensionOptions: option})
	plain("non-critical extension option", &txv1.TxBody{Messages: []*anypb.Any{pack(send)}, NonCriticalExtensionOptions: option})
	add("no fee", one(send), nil, "c", 1, 2)
	return docs
}

// sign reads the transaction from the wire, as a node has it, and signs that.
func sign(name string, body *txv1.TxBody, fee *txv1.Fee, chain string, number, sequence uint64) signDoc {
	bodyBytes, authInfo := marshal(body), &txv1.AuthInfo{Fee: fee}
	authInfoBytes := marshal(authInfo)
	read := &txv1.TxBody{}
	if err := proto.Unmarshal(bodyBytes, read); err != nil {
		panic(err)
	}
	doc := signDoc{
		Name: name, BodyHex: hex.EncodeToString(bodyBytes), AuthInfoHex: hex.EncodeToString(authInfoBytes),
		ChainID: chain, AccountNumber: fmt.Sprint(number), Sequence: fmt.Sprint(sequence),
	}
	handler := aminojson.NewSignModeHandler(aminojson.SignModeHandlerOptions{})
	signBytes, err := handler.GetSignBytes(context.Background(),
		signing.SignerData{Address: alice, ChainID: chain, AccountNumber: number, Sequence: sequence},
		signing.TxData{Body: read, AuthInfo: authInfo, BodyBytes: bodyBytes, AuthInfoBytes: authInfoBytes})
	if err != nil {
		doc.Error = err.Error()
	} else {
		doc.SignBytes = string(signBytes)
	}
	return doc
}
